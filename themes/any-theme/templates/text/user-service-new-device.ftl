<#ftl output_format="plainText">
${msg("userServiceNewDevice", realmName, loggedInAt)}

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
<#if ipAddress?has_content>
${msg("userServiceNewDeviceFrom", ipAddress)}

</#if>
<#if device?has_content>
${msg("userServiceNewDeviceWith", device)}

</#if>
${msg("userServiceNewDeviceIgnore")}

${msg("userServiceNewDeviceAlarm")}
<#if link?has_content>

${link}
</#if>
