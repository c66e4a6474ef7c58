<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<@parts.notice happened=msg("userServicePasswordChanged", realmName, changedAt) alarm=msg("userServicePasswordChangedAlarm")>
<p>${msg("userServicePasswordChangedSessions")}</p>
</@parts.notice>
</@layout.emailLayout>
