<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('code') displayRequiredFields=false; section>
    <#if section = "header">
        ${msg("userServiceActivateTitle")}
    <#elseif section = "form">
        <#if maskedEmail?has_content>
            <p class="instruction" id="user-service-sent-to">${msg("userServiceActivateInstruction", maskedEmail)}</p>
            <form id="user-service-activate-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate="novalidate">
                <div class="${properties.kcFormGroupClass!}">
                    <div class="${properties.kcLabelWrapperClass!}">
                        <label for="code" class="${properties.kcFormLabelClass!}">
                            <span class="${properties.kcFormLabelTextClass!}">${msg("userServiceCode")}</span>
                        </label>
                    </div>
                    <span class="${properties.kcInputClass!} <#if messagesPerField.existsError('code')>${properties.kcError!}</#if>">
                        <input type="text" id="code" name="code" maxlength="64" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" autofocus
                               aria-invalid="<#if messagesPerField.existsError('code')>true<#else>false</#if>"
                               <#if messagesPerField.existsError('code')>aria-describedby="input-error-code"</#if>/>
                    </span>
                    <#if messagesPerField.existsError('code')>
                        <span id="input-error-code" class="${properties.kcInputErrorMessageClass!}" aria-live="polite">${messagesPerField.get('code')}</span>
                    </#if>
                </div>
                <div class="${properties.kcFormGroupClass!}">
                    <div class="${properties.kcFormActionGroupClass!}">
                        <button class="${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!}" type="submit" id="user-service-activate">${msg("userServiceActivate")}</button>
                        <button class="${properties.kcButtonSecondaryClass!} ${properties.kcButtonBlockClass!}" type="submit" name="resend" value="true" id="user-service-resend">${msg("userServiceResend")}</button>
                    </div>
                </div>
            </form>
        <#else>
            <p class="instruction">${msg("userServiceActivateNoEmail")}</p>
        </#if>
    </#if>
</@layout.registrationLayout>
