<#import "template.ftl" as layout>
<#-- In PatternFly 5, so in keycloak.v2, a box around the input has the look; in older themes the input itself has it. -->
<#assign isBoxed = properties.kcFormControlUtilClass??>
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
            <@newPassword name="password-new" label=msg("userServiceResetPassword") isFirst=true/>
            <@newPassword name="password-confirm" label=msg("userServiceResetConfirm")/>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-reset">${msg("userServiceReset")}</button>
                </div>
            </div>
        </form>
        <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
    </#if>
</@layout.registrationLayout>

<#macro newPassword name label isFirst=false>
    <#local isWrong = messagesPerField.existsError(name)>
    <div class="${properties.kcFormGroupClass!}">
        <div class="${properties.kcFormGroupLabelClass!} ${properties.kcLabelWrapperClass!}">
            <label for="${name}" class="${properties.kcLabelClass!}">
                <span class="${properties.kcFormLabelTextClass!}">${label}</span>
            </label>
        </div>
        <div class="${properties.kcInputWrapperClass!}">
            <div class="${properties.kcInputGroup!}" dir="ltr">
                <div class="${properties.kcInputGroupItemClass!} ${properties.kcFill!}" <#if !isBoxed>style="flex: 1"</#if>>
                    <span class="<#if isBoxed>${properties.kcInputClass!} <#if isWrong>${properties.kcError!}</#if></#if>">
                        <input type="password" id="${name}" name="${name}" class="<#if !isBoxed>${properties.kcInputClass!}</#if>"
                               autocomplete="new-password" <#if isFirst>autofocus</#if>
                               aria-invalid="${isWrong?c}" aria-describedby="<#if isWrong>input-error-${name} </#if>user-service-reset-for"/>
                        <#if isWrong && isBoxed>
                            <span class="${properties.kcFormControlUtilClass}">
                                <span class="${properties.kcInputErrorIconStatusClass!}">
                                    <i class="${properties.kcInputErrorIconClass!}" aria-hidden="true"></i>
                                </span>
                            </span>
                        </#if>
                    </span>
                </div>
                <div class="${properties.kcInputGroupItemClass!}">
                    <button class="${properties.kcFormPasswordVisibilityButtonClass!}" type="button" aria-label="${msg("showPassword")}"
                            aria-controls="${name}" data-password-toggle
                            data-icon-show="${properties.kcFormPasswordVisibilityIconShow!}" data-icon-hide="${properties.kcFormPasswordVisibilityIconHide!}"
                            data-label-show="${msg("showPassword")}" data-label-hide="${msg("hidePassword")}">
                        <i class="${properties.kcFormPasswordVisibilityIconShow!}" aria-hidden="true"></i>
                    </button>
                </div>
            </div>
            <#if isWrong>
                <div class="${properties.kcFormHelperTextClass!}" aria-live="polite">
                    <div class="${properties.kcInputHelperTextClass!}">
                        <div id="input-error-${name}" class="${properties.kcInputHelperTextItemClass!} ${properties.kcError!}">
                            <span class="${properties.kcInputErrorMessageClass!}">${messagesPerField.get(name)}</span>
                        </div>
                    </div>
                </div>
            </#if>
        </div>
    </div>
</#macro>
