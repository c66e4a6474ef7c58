<#ftl output_format="plainText">
<#if isToTheNew>
${msg("userServiceEmailChangedNew", user.username, realmName)}

${msg("userServiceEmailChangedNewAlarm")}
<#else>
<#if maskedEmail?has_content>
${msg("userServiceEmailChangedOld", realmName, maskedEmail)}
<#else>
${msg("userServiceEmailChangedRemoved", realmName)}
</#if>

${msg("userServiceEmailChangedOldAlarm")}
</#if>
