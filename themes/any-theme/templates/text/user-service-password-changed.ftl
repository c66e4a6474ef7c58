<#ftl output_format="plainText">
${msg("userServicePasswordChanged", user.username, realmName, changedAt)}

<#if ipAddress?has_content>
${msg("userServiceChangedFrom", ipAddress)}

</#if>
${msg("userServicePasswordChangedSessions")}

${msg("userServicePasswordChangedAlarm")}
