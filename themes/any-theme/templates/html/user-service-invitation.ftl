<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServiceInvitationIntro", user.username, realmName)}</p>
<@parts.link href=link text=msg("userServiceInvitationLink")/>
<@parts.code text=msg("userServiceInvitationCode") code=code/>
<p>${msg("userServiceInvitationExpires", linkExpirationFormatter(linkExpiration))}</p>
<p>${msg("userServiceInvitationIgnore")}</p>
<@parts.address href=link/>
</@layout.emailLayout>
