<#ftl output_format="plainText">
<#if inviter?has_content>
${msg("userServiceInviteIntroBy", inviter, realmName)}
<#else>
${msg("userServiceInviteIntro", realmName)}
</#if>

${link}

${msg("userServiceInviteCode")}

${code}

${msg("userServiceMailUsername", user.username)}

${msg("userServiceInviteExpires", linkExpirationFormatter(linkExpiration))}

${msg("userServiceInviteIgnore")}
