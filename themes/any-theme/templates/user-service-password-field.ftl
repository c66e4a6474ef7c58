<#-- An input for a password, with its label, its eye, and what is wrong with it. -->
<#-- In PatternFly 5, so in keycloak.v2, a box around the input has the look; in older themes the input itself has it. -->
<#assign isBoxed = properties.kcFormControlUtilClass??>

<#macro field name label autocomplete describedBy isFirst=false>
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
                               autocomplete="${autocomplete}" <#if isFirst>autofocus</#if>
                               aria-invalid="${isWrong?c}" aria-describedby="<#if isWrong>input-error-${name} </#if>${describedBy}"/>
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
