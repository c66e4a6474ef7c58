<#ftl output_format="plainText">
${msg("userServicePasswordResetIntro", user.username, realmName)}

${link}

${msg("userServicePasswordResetCode")}

${code}

${msg("userServicePasswordResetExpires", linkExpirationFormatter(linkExpiration))}

${msg("userServicePasswordResetIgnore")}
