/** One-time codes that are mailed: how they are issued and redeemed, and the pages behind their links. */
package dev.userservice.codes;
