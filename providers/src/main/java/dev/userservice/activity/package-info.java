/** The activity log: what is noted of events, how it is read and purged, and what people are told of by mail. */
package dev.userservice.activity;
