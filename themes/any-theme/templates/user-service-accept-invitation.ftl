<#import "template.ftl" as layout>
<#import "user-service-password-field.ftl" as passwords>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('password-new', 'password-confirm'); section>
    <#if section = "header">
        ${msg("userServiceInviteTitle")}
    <#elseif section = "form">
        <form id="user-service-invite-form" class="${properties.kcFormClass!}" action="${formAction}" method="post" novalidate="novalidate">
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcLabelWrapperClass!}">
                    <p class="instruction" id="user-service-invite-for"><#if inviter?has_content>${msg("userServiceInviteInstructionBy", inviter, realmName, (username)!'')}<#else>${msg("userServiceInviteInstruction", realmName, (username)!'')}</#if></p>
                </div>
            </div>
            <#-- For password managers, which keep a password by the username in its form. -->
            <input type="text" name="username" value="${(username)!''}" autocomplete="username" readonly hidden/>
            <@passwords.field name="password-new" label=msg("userServiceResetPassword") autocomplete="new-password" isFirst=true describedBy="user-service-invite-for"/>
            <@passwords.field name="password-confirm" label=msg("userServiceResetConfirm") autocomplete="new-password" describedBy="user-service-invite-for"/>
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormActionGroupClass!} ${properties.kcFormButtonsClass!}">
                    <button class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}" type="submit" id="user-service-invite">${msg("userServiceInviteAccept")}</button>
                </div>
            </div>
        </form>
        <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
    </#if>
</@layout.registrationLayout>
