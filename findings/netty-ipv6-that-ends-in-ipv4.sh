#!/usr/bin/env bash
# Netty 4.1.138.Final, io.netty.util.NetUtil, which parses the text of an IP address.
# One would guess: it takes every text that RFC 4291, section 2.2, allows. Form 3 there lets any IPv6 address end in the dotted form of
# its last 32 bits; addresses of NAT64 (RFC 6052) are commonly written so. And only ::ffff:192.0.2.1 stands for the IPv4 address.
# Seen: a dotted end is taken after "::" and "::ffff:" alone. Any other such address is "no address": null, and isValidIpV6Address is
# false. And ::192.0.2.1 becomes the IPv4 address 192.0.2.1. The JDK's InetAddress takes all of them.
# Needs a JDK 17 or newer and the Maven wrapper of this project, which fetches Netty into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/mvnw" -q -B -ntp -N -f "$root/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=io.netty:netty-common:4.1.138.Final -DoutputDirectory="$work" -Dmdep.useBaseVersion=true
cat > "$work/Parse.java" <<'JAVA'
import io.netty.util.NetUtil;
import java.net.InetAddress;

class Parse {
    public static void main(String[] args) throws Exception {
        for (String text : new String[] {"::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "::192.0.2.1"}) {
            InetAddress netty = NetUtil.createInetAddressFromIpAddressString(text);
            System.out.println(text + " valid: " + NetUtil.isValidIpV6Address(text)
                    + ", Netty: " + (netty == null ? "none" : netty.getHostAddress())
                    + ", JDK: " + InetAddress.getByName(text).getHostAddress());
        }
    }
}
JAVA
java -cp "$work/netty-common-4.1.138.Final.jar" "$work/Parse.java" > "$work/seen"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
::ffff:192.0.2.1 valid: true, Netty: 192.0.2.1, JDK: 192.0.2.1
64:ff9b::192.0.2.1 valid: false, Netty: none, JDK: 64:ff9b:0:0:0:0:c000:201
1:2:3:4:5:6:192.0.2.1 valid: false, Netty: none, JDK: 1:2:3:4:5:6:c000:201
::192.0.2.1 valid: true, Netty: 192.0.2.1, JDK: 0:0:0:0:0:0:c000:201
SEEN
