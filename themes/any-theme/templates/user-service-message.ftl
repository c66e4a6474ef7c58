<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg(messageHeader)}
    <#elseif section = "form">
        <div id="kc-${(message.type = 'error')?then('error', 'info')}-message" class="${properties.kcFormClass!}">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction">${message.summary}</p>
                </div>
            </div>
            <#if onward?has_content>
                <div class="${properties.kcFormGroupClass!}">
                    <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                        <a class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" href="${onward}" id="user-service-onward"><#if onwardTo?has_content>${msg("userServiceOnwardTo", advancedMsg(onwardTo))}<#else>${msg("userServiceOnwardToAccount")}</#if></a>
                    </div>
                </div>
            </#if>
        </div>
    </#if>
</@layout.registrationLayout>
