<#-- What our mails have in common. They are rendered in any e-mail theme, so these bring their own looks. -->

<#macro link href text>
<table role="presentation" border="0" cellpadding="0" cellspacing="0" style="margin: 24px 0">
<tr><td align="center" bgcolor="#155e75" style="border-radius: 6px; mso-padding-alt: 12px 24px"><a href="${href}" class="user-service-button" style="display: inline-block; padding: 12px 24px; border-radius: 6px; color: #ffffff; font-weight: bold; text-decoration: none">${text}</a></td></tr>
</table>
</#macro>

<#-- Where buttons do not work. At the end of a mail, since the address of a page of Keycloak's is long. -->
<#macro address href>
<p style="font-size: 12px">${msg("userServiceMailLink")}<br><a href="${href}" style="word-break: break-all">${href}</a></p>
</#macro>

<#macro code text code>
<p>${text}</p>
<p dir="ltr" style="padding: 12px 8px; border-radius: 6px; background-color: #e2e8ec; color: #151515; font-family: Consolas, Menlo, 'DejaVu Sans Mono', monospace; font-size: 15px; font-weight: bold; text-align: center; overflow-wrap: anywhere">${code}</p>
</#macro>

<#-- Which account it is, where the reader has proved to own the address. -->
<#macro account>
<#if accountName?has_content>
<p>${msg("userServiceMailUsername", accountName)}</p>
</#if>
</#macro>

<#-- What happened, from where, and what to do if it was not the reader. -->
<#macro notice happened alarm>
<p>${happened}</p>
<@account/>
<#if ipAddress?has_content>
<p>${msg("userServiceChangedFrom", ipAddress)}</p>
</#if>
<#nested>
<p>${alarm}</p>
</#macro>
