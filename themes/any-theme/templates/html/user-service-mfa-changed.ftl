<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<@parts.notice happened=isEnabled?then(msg("userServiceMfaEnabled", realmName, changedAt), msg("userServiceMfaDisabled", realmName, changedAt)) alarm=msg("userServiceMfaChangedAlarm")/>
</@layout.emailLayout>
