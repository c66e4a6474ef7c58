<#ftl output_format="plainText">
${msg("userServicePasswordChanged", realmName, changedAt)}

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
<#if ipAddress?has_content>
${msg("userServiceChangedFrom", ipAddress)}

</#if>
${msg("userServicePasswordChangedSessions")}

${msg("userServicePasswordChangedAlarm")}
