<#import "template.ftl" as layout>
<#import "user-service-password-field.ftl" as passwords>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('password'); section>
    <#if section = "header">
        ${msg(formHeader)}
    <#elseif section = "form">
        <form id="user-service-email-form" class="${properties.kcFormClass!}" action="${formAction}" method="post" novalidate="novalidate">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction" id="user-service-email-for">${msg(question, address)}<#if asksForPassword> ${msg("userServiceConfirmActivationPassword")}</#if></p>
                </div>
            </div>
            <#if asksForPassword>
                <#-- For password managers, which know the password by the username. -->
                <input type="text" name="username" value="${loginName}" autocomplete="username" readonly hidden/>
                <@passwords.field name="password" label=msg("password") autocomplete="current-password" isFirst=true describedBy="user-service-email-for"/>
            </#if>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-email">${msg(button)}</button>
                </div>
            </div>
        </form>
        <#if asksForPassword>
            <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
        </#if>
    </#if>
</@layout.registrationLayout>
