<#import "template.ftl" as layout>
<#import "user-service-password-field.ftl" as passwords>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('password-new', 'password-confirm'); section>
    <#if section = "header">
        ${msg("userServiceResetTitle")}
    <#elseif section = "form">
        <form id="user-service-reset-form" class="${properties.kcFormClass!}" action="${formAction}" method="post" novalidate="novalidate">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction" id="user-service-reset-for">${msg("userServiceResetInstruction", (username)!'')}</p>
                </div>
            </div>
            <#-- For password managers, which keep a password by the username in its form. -->
            <input type="text" name="username" value="${(username)!''}" autocomplete="username" readonly hidden/>
            <@passwords.field name="password-new" label=msg("userServiceResetPassword") autocomplete="new-password" isFirst=true describedBy="user-service-reset-for"/>
            <@passwords.field name="password-confirm" label=msg("userServiceResetConfirm") autocomplete="new-password" describedBy="user-service-reset-for"/>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-reset">${msg("userServiceReset")}</button>
                </div>
            </div>
        </form>
        <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
    </#if>
</@layout.registrationLayout>
