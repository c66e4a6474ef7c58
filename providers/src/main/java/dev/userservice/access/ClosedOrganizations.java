package dev.userservice.access;

import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.common.Profile;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.jpa.entities.OrganizationEntity;
import org.keycloak.models.jpa.entities.UserGroupMembershipEntity;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.representations.idm.MembershipType;

/**
 * Finds the users who count as disabled because of an organization, by the rule that
 * {@code Organizations.isReadOnlyOrganizationMember} of Keycloak applies to a single user: the managed members of
 * disabled organizations or, if organizations are switched off in the realm, of all organizations.
 */
public final class ClosedOrganizations {
    /**
     * The ids of such members of the realm {@code :realm}, for an HQL query's {@code in (...)}; {@code :all} is
     * {@link #areAll}.
     */
    public static final String MEMBERS = """
            select om.user.id from UserGroupMembershipEntity om, OrganizationEntity o where o.realmId = :realm
            and (o.enabled = false or :all = true) and om.groupId = o.groupId and om.membershipType = 'MANAGED'""";

    private ClosedOrganizations() {}

    /** Whether the realm may have such members at all. */
    public static boolean mayBeIn(KeycloakSession session) {
        return Profile.isFeatureEnabled(Profile.Feature.ORGANIZATION)
                && session.getProvider(OrganizationProvider.class).hasOrganizations();
    }

    /** Whether all the realm's organizations count as disabled. */
    public static boolean areAll(RealmModel realm) {
        return !realm.isOrganizationsEnabled();
    }

    /** Returns a subquery for the ids of such members of a realm. */
    public static Subquery<String> members(
            RealmModel realm, HibernateCriteriaBuilder criteria, CriteriaQuery<?> query) {
        Subquery<String> members = query.subquery(String.class);
        Root<UserGroupMembershipEntity> membership = members.from(UserGroupMembershipEntity.class);
        Root<OrganizationEntity> organization = members.from(OrganizationEntity.class);
        members.select(membership.get("user").get("id"))
                .where(
                        criteria.equal(organization.get("realmId"), realm.getId()),
                        areAll(realm) ? criteria.conjunction() : criteria.isFalse(organization.get("enabled")),
                        criteria.equal(membership.get("groupId"), organization.get("groupId")),
                        criteria.equal(membership.get("membershipType"), MembershipType.MANAGED.name()));
        return members;
    }
}
