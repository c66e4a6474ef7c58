<#ftl output_format="plainText">
<#-- Keycloak's own cleans the text as if it were HTML, so that an ampersand of a link or a name becomes another text. -->
${msg(subjectKey, daysRemaining, reason)}

<#if messageKey == "customMessage">
${customMessage}
<#else>
Dear ${user.firstName!user.username},

${msg(messageKey, daysRemaining, reason)}

<#if daysRemaining gt 0>
Time remaining: ${daysRemaining} day<#if daysRemaining != 1>s</#if>

</#if>
If you have questions, please contact your ${realmName} administrator.

Best regards,
${realmName} Administration
</#if>
