<#import "template.ftl" as layout>
<#import "user-service-password-field.ftl" as passwords>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('password'); section>
    <#if section = "header">
        ${msg("userServiceConfirmActivationHeader")}
    <#elseif section = "form">
        <#if mayActivate>
        <form id="user-service-confirm-form" class="${properties.kcFormClass!}" action="${formAction}" method="post" novalidate="novalidate">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction" id="user-service-confirm-for">${msg("userServiceConfirmActivation", address)}<#if asksForPassword> ${msg("userServiceConfirmActivationPassword")}</#if></p>
                </div>
            </div>
            <#if asksForPassword>
                <#-- For password managers, which know the password by the username. -->
                <input type="text" name="username" value="${address}" autocomplete="username" readonly hidden/>
                <@passwords.field name="password" label=msg("password") autocomplete="current-password" isFirst=true describedBy="user-service-confirm-for"/>
            </#if>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-confirm">${msg("userServiceActivate")}</button>
                </div>
            </div>
        </form>
        </#if>
        <#if mayTakeOver>
            <form id="user-service-take-over-form" class="${properties.kcFormClass!}" action="${formAction}" method="post">
                <p class="instruction" style="margin-top: 24px">${msg("userServiceTakeOverInstruction")}</p>
                <div class="${properties.kcFormGroupClass!}">
                    <div class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                        <button class="${properties.kcButtonClass!} ${properties.kcButtonSecondaryClass!properties.kcButtonDefaultClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" name="take-over" value="true" id="user-service-take-over">${msg("userServiceTakeOver")}</button>
                    </div>
                </div>
            </form>
        </#if>
        <#if asksForPassword>
            <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
        </#if>
    </#if>
</@layout.registrationLayout>
