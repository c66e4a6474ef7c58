<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<@parts.notice happened=isEnabled?then(msg("userServiceMfaEnabled", user.username, realmName, changedAt), msg("userServiceMfaDisabled", user.username, realmName, changedAt)) alarm=msg("userServiceMfaChangedAlarm")/>
</@layout.emailLayout>
