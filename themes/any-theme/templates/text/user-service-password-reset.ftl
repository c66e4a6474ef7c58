<#ftl output_format="plainText">
${msg("userServicePasswordResetIntro", realmName)}

${link}

${msg("userServicePasswordResetCode")}

${code}

<#if accountName?has_content>
${msg("userServiceMailUsername", accountName)}

</#if>
${msg("userServicePasswordResetExpires", linkExpirationFormatter(linkExpiration))}

<#if isFirstProof>
${msg("userServicePasswordResetFirstProof")}

</#if>
${msg("userServicePasswordResetIgnore")}
