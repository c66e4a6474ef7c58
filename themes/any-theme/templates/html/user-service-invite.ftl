<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p><#if inviter?has_content>${msg("userServiceInviteIntroBy", inviter, realmName)}<#else>${msg("userServiceInviteIntro", realmName)}</#if></p>
<@parts.link href=link text=msg("userServiceInviteLink")/>
<@parts.code text=msg("userServiceInviteCode") code=code/>
<p>${msg("userServiceMailUsername", user.username)}</p>
<p>${msg("userServiceInviteExpires", linkExpirationFormatter(linkExpiration))}</p>
<p>${msg("userServiceInviteIgnore")}</p>
<@parts.address href=link/>
</@layout.emailLayout>
