<#ftl output_format="plainText">
<#if isToTheNew>
${msg("userServiceEmailChangedNew", realmName)}

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
${msg("userServiceEmailChangedNewAlarm")}
<#else>
<#if maskedEmail?has_content>
${msg("userServiceEmailChangedOld", realmName, maskedEmail)}
<#else>
${msg("userServiceEmailChangedRemoved", realmName)}
</#if>

${msg("userServiceEmailChangedOldAlarm")}
</#if>
