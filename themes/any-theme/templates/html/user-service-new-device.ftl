<#import "template.ftl" as layout>
<#import "user-service-parts.ftl" as parts>
<@layout.emailLayout>
<p>${msg("userServiceNewDevice", realmName, loggedInAt)}</p>
<@parts.account/>
<#if ipAddress?has_content>
<p>${msg("userServiceNewDeviceFrom", ipAddress)}</p>
</#if>
<#if device?has_content>
<p>${msg("userServiceNewDeviceWith", device)}</p>
</#if>
<p>${msg("userServiceNewDeviceIgnore")}</p>
<p>${msg("userServiceNewDeviceAlarm")}</p>
<#if link?has_content>
<@parts.link href=link text=msg("userServiceNewDeviceLink")/>
<@parts.address href=link/>
</#if>
</@layout.emailLayout>
