<#ftl output_format="plainText">
${msg("userServiceActivationIntro", realmName)}

${link}

${msg("userServiceActivationCode")}

${code}

${msg("userServiceActivationExpires", linkExpirationFormatter(linkExpiration))}

${msg("userServiceActivationIgnore")}
