<#-- The logo goes before the name in the header. Keycloak's template.ftl writes the header, and imports this file first, which
     it leaves to themes: so it need not be copied, and goes on coming from Keycloak. -->
<#if logoUrl?has_content>
    <#-- Without an alternative text: the name is next to it. -->
    <#assign logo><img src="${logoUrl}" alt=""/></#assign>
    <#global realm = realm + {"displayNameHtml": logo?markup_string + realm.displayNameHtml}>
</#if>
<#macro content></#macro>
