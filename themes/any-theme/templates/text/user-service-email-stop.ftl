<#ftl output_format="plainText">
${msg("userServiceEmailStopIntro", realmName)}

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
${msg("userServiceEmailStopIgnore")}

${msg("userServiceEmailStopAlarm")}

${link}

${msg("userServiceEmailStopExpires", linkExpirationFormatter(linkExpiration))}
