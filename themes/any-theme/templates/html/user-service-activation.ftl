<#import "template.ftl" as layout>
<@layout.emailLayout>
<p>${msg("userServiceActivationIntro", realmName)}</p>
<p><a href="${link}">${msg("userServiceActivationLink")}</a></p>
<p>${msg("userServiceActivationCode")}</p>
<p style="font-family: monospace; font-size: 1.2em"><b>${code}</b></p>
<p>${msg("userServiceActivationExpires", linkExpirationFormatter(linkExpiration))}</p>
<p>${msg("userServiceActivationIgnore")}</p>
</@layout.emailLayout>
