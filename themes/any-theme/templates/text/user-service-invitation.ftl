<#ftl output_format="plainText">
${msg("userServiceInvitationIntro", user.username, realmName)}

${link}

${msg("userServiceInvitationCode")}

${code}

${msg("userServiceInvitationExpires", linkExpirationFormatter(linkExpiration))}

${msg("userServiceInvitationIgnore")}
