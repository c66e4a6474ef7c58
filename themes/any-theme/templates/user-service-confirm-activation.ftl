<#import "template.ftl" as layout>
<@layout.registrationLayout; section>
    <#if section = "header">
        ${msg("userServiceConfirmActivationHeader")}
    <#elseif section = "form">
        <form id="user-service-confirm-form" class="${properties.kcFormClass!}" action="${formAction}" method="post">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction">${msg("userServiceConfirmActivation", address)}</p>
                </div>
            </div>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-confirm">${msg("userServiceActivate")}</button>
                </div>
            </div>
        </form>
    </#if>
</@layout.registrationLayout>
