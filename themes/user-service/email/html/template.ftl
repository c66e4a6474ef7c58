<#-- The frame of every mail, Keycloak's own too. Tables and inline styles, since Outlook knows little else. -->
<#macro emailLayout>
<!DOCTYPE html>
<html lang="${locale.toLanguageTag()}" dir="${ltr?then('ltr', 'rtl')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; }
a { color: #155e75; }
@media (max-width: 480px) {
  .us-card { padding: 16px 20px !important; }
}
@media (prefers-color-scheme: dark) {
  .us-page { background-color: #0f1214 !important; }
  .us-card { background-color: #26292d !important; }
  .us-page, .us-name, .us-card { color: #e0e0e0 !important; }
  a:not(.user-service-button) { color: #67c7de !important; }
}
</style>
</head>
<body class="us-page" style="margin: 0; padding: 0; background-color: #eef2f4">
<table role="presentation" class="us-page" width="100%" border="0" cellpadding="0" cellspacing="0" bgcolor="#eef2f4">
<tr><td align="center" style="padding: 32px 12px">
<!--[if mso]><table role="presentation" width="600" border="0" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" style="max-width: 600px">
<tr><td class="us-name" align="center" style="padding: 0 0 24px; color: #151515; font-family: Helvetica, Arial, sans-serif; font-size: 20px; line-height: 1.3">
<#-- Without an alternative text: the name is below it, also where images are not loaded. -->
<#if logoUrl?has_content><img src="${logoUrl}" alt="" height="48" style="display: block; height: 48px; max-width: 240px; object-fit: contain; margin: 0 auto 12px; border: 0"></#if>
${realmName}
</td></tr>
<tr><td class="us-card" bgcolor="#ffffff" style="padding: 24px 40px; border-radius: 12px; color: #151515; font-family: Helvetica, Arial, sans-serif; font-size: 16px; line-height: 1.5">
<#nested>
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
</#macro>
