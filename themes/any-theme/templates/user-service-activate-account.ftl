<#import "template.ftl" as layout>
<#-- In PatternFly 5, so in keycloak.v2, a box around the input has the look; in older themes the input itself has it. -->
<#assign isBoxed = properties.kcFormControlUtilClass??>
<#assign isWrong = messagesPerField.existsError('code')>
<@layout.registrationLayout displayMessage=!isWrong; section>
    <#if section = "header">
        ${msg("userServiceActivateTitle")}
    <#elseif section = "form">
        <#if maskedEmail?has_content>
            <form id="user-service-activate-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate="novalidate">
                <div class="${properties.kcFormGroupClass!}">
                    <div class="${properties.kcLabelWrapperClass!}">
                        <p class="instruction" id="user-service-sent-to"><#if canSend>${msg("userServiceActivateInstruction", maskedEmail)}<#else>${msg("userServiceActivateCannotSend")}</#if></p>
                    </div>
                </div>
                <div class="${properties.kcFormGroupClass!}">
                    <div class="${properties.kcFormGroupLabelClass!} ${properties.kcLabelWrapperClass!}">
                        <label for="code" class="${properties.kcLabelClass!}">
                            <span class="${properties.kcFormLabelTextClass!}">${msg("userServiceCode")}</span>
                        </label>
                    </div>
                    <div class="${properties.kcInputWrapperClass!}">
                        <span class="<#if isBoxed>${properties.kcInputClass!} <#if isWrong>${properties.kcError!}</#if></#if>">
                            <input type="text" id="code" name="code" class="<#if !isBoxed>${properties.kcInputClass!}</#if>" dir="ltr" maxlength="64"
                                   autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" autofocus
                                   aria-invalid="${isWrong?c}" aria-describedby="<#if isWrong>input-error-code </#if>user-service-sent-to"/>
                            <#if isWrong && isBoxed>
                                <span class="${properties.kcFormControlUtilClass}">
                                    <span class="${properties.kcInputErrorIconStatusClass!}">
                                        <i class="${properties.kcInputErrorIconClass!}" aria-hidden="true"></i>
                                    </span>
                                </span>
                            </#if>
                        </span>
                        <#if isWrong>
                            <div class="${properties.kcFormHelperTextClass!}" aria-live="polite">
                                <div class="${properties.kcInputHelperTextClass!}">
                                    <div id="input-error-code" class="${properties.kcInputHelperTextItemClass!} ${properties.kcError!}">
                                        <span class="${properties.kcInputErrorMessageClass!}">${messagesPerField.get('code')}</span>
                                    </div>
                                </div>
                            </div>
                        </#if>
                    </div>
                </div>
                <div class="${properties.kcFormGroupClass!}">
                    <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}" <#if !isBoxed>style="display: grid; gap: 1rem"</#if>>
                        <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-activate">${msg("userServiceActivate")}</button>
                        <button class="${properties.kcButtonClass!} ${properties.kcButtonSecondaryClass!properties.kcButtonDefaultClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" name="resend" value="true" id="user-service-resend">${msg("userServiceResend")}</button>
                    </div>
                </div>
            </form>
        <#else>
            <p class="instruction">${msg("userServiceActivateNoEmail")}</p>
        </#if>
    </#if>
</@layout.registrationLayout>
