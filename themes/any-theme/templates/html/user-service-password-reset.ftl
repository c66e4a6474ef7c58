<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServicePasswordResetIntro", realmName)}</p>
<@parts.link href=link text=msg("userServicePasswordResetLink")/>
<@parts.code text=msg("userServicePasswordResetCode") code=code/>
<@parts.account/>
<p>${msg("userServicePasswordResetExpires", linkExpirationFormatter(linkExpiration))}</p>
<#if isFirstProof>
<p>${msg("userServicePasswordResetFirstProof")}</p>
</#if>
<p>${msg("userServicePasswordResetIgnore")}</p>
<@parts.address href=link/>
</@layout.emailLayout>
