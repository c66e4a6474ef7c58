<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServiceEmailStopIntro", realmName)}</p>
<@parts.account/>
<p>${msg("userServiceEmailStopIgnore")}</p>
<p>${msg("userServiceEmailStopAlarm")}</p>
<@parts.link href=link text=msg("userServiceEmailStopLink")/>
<p>${msg("userServiceEmailStopExpires", linkExpirationFormatter(linkExpiration))}</p>
<@parts.address href=link/>
</@layout.emailLayout>
