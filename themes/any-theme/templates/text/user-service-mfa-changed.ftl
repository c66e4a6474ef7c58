<#ftl output_format="plainText">
<#if isEnabled>
${msg("userServiceMfaEnabled", user.username, realmName, changedAt)}
<#else>
${msg("userServiceMfaDisabled", user.username, realmName, changedAt)}
</#if>

<#if ipAddress?has_content>
${msg("userServiceChangedFrom", ipAddress)}

</#if>
${msg("userServiceMfaChangedAlarm")}
