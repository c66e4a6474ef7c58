<#ftl output_format="plainText">
<#if isEnabled>
${msg("userServiceMfaEnabled", realmName, changedAt)}
<#else>
${msg("userServiceMfaDisabled", realmName, changedAt)}
</#if>

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
<#if ipAddress?has_content>
${msg("userServiceChangedFrom", ipAddress)}

</#if>
${msg("userServiceMfaChangedAlarm")}
