/** The answer to a refresh, which is given once more if the same refresh token comes again within moments. */
package dev.userservice.grace;
