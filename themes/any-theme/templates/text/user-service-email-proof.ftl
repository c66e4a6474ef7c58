<#ftl output_format="plainText">
${msg("userServiceEmailProofIntro", realmName)}

${link}

${msg("userServiceEmailProofCode")}

${code}

${msg("userServiceEmailProofExpires", linkExpirationFormatter(linkExpiration))}

${msg("userServiceEmailProofIgnore")}
