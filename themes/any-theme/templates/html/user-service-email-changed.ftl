<#import "template.ftl" as layout>
<@layout.emailLayout>
<#if isToTheNew>
<p>${msg("userServiceEmailChangedNew", user.username, realmName)}</p>
<p>${msg("userServiceEmailChangedNewAlarm")}</p>
<#else>
<p><#if maskedEmail?has_content>${msg("userServiceEmailChangedOld", realmName, maskedEmail)}<#else>${msg("userServiceEmailChangedRemoved", realmName)}</#if></p>
<p>${msg("userServiceEmailChangedOldAlarm")}</p>
</#if>
</@layout.emailLayout>
