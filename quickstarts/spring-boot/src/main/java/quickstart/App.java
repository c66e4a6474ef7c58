package quickstart;

import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.web.util.HtmlUtils.htmlEscape;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@SpringBootApplication
@RestController
public class App {
    @Value("${tenant}")
    private String tenant;

    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        var logout = new OidcClientInitiatedLogoutSuccessHandler(clients);
        logout.setPostLogoutRedirectUri("{baseUrl}/");
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/").permitAll().anyRequest().authenticated())
                .oauth2Login(withDefaults())
                .logout(done -> done.logoutSuccessHandler(logout))
                .build();
    }

    @GetMapping("/")
    String home() {
        return "<a id='login' href='/me'>Log in</a>";
    }

    /** Needs a login, which Spring starts by itself. It also refreshes the access token when it has expired. */
    @GetMapping("/me")
    String me(
            @AuthenticationPrincipal OidcUser user,
            @RegisteredOAuth2AuthorizedClient("keycloak") OAuth2AuthorizedClient client,
            CsrfToken csrf) {
        String me = RestClient.create(tenant).get().uri("/api/users/me")
                .headers(headers -> headers.setBearerAuth(client.getAccessToken().getTokenValue()))
                .retrieve().body(String.class);
        return "<p>Logged in as %s</p><p>%s</p>".formatted(htmlEscape(user.getFullName()), htmlEscape(me))
                + "<form method='post' action='/logout'><input type='hidden' name='%s' value='%s'>"
                        .formatted(csrf.getParameterName(), csrf.getToken())
                + "<button id='logout'>Log out</button></form>";
    }
}
