<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServiceActivationIntro", realmName)}</p>
<@parts.link href=link text=msg("userServiceActivationLink")/>
<@parts.code text=msg("userServiceActivationCode") code=code/>
<p>${msg("userServiceActivationExpires", linkExpirationFormatter(linkExpiration))}</p>
<p>${msg("userServiceActivationIgnore")}</p>
<@parts.address href=link/>
</@layout.emailLayout>
