<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServiceEmailProofIntro", realmName)}</p>
<@parts.link href=link text=msg("userServiceEmailProofLink")/>
<@parts.code text=msg("userServiceEmailProofCode") code=code/>
<p>${msg("userServiceEmailProofExpires", linkExpirationFormatter(linkExpiration))}</p>
<p>${msg("userServiceEmailProofIgnore")}</p>
<@parts.address href=link/>
</@layout.emailLayout>
