<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<#if isToTheNew>
<p>${msg("userServiceEmailChangedNew", realmName)}</p>
<@parts.account/>
<p>${msg("userServiceEmailChangedNewAlarm")}</p>
<#else>
<p><#if maskedEmail?has_content>${msg("userServiceEmailChangedOld", realmName, maskedEmail)}<#else>${msg("userServiceEmailChangedRemoved", realmName)}</#if></p>
<p>${msg("userServiceEmailChangedOldAlarm")}</p>
</#if>
</@layout.emailLayout>
