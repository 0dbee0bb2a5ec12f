using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>
/// Connects to public addresses only, and to the very address that was looked at: a name that resolves otherwise a moment later gains
/// nothing.
/// </summary>
public sealed class PublicAddresses(EventOptions options)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
        var admitted = addresses.Where(address => options.AllowPrivateTargets || IsPublic(address)).ToArray();
        if (admitted.Length == 0)
            throw new ForbiddenTargetException($"{host} is not a public address; events are sent to public addresses only.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(admitted, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether an address belongs to somebody on the internet: none of IANA's special-purpose registries (IPv4, IPv6), nor of what carries
    /// an IPv4 address of any kind within an IPv6 one (mapped, NAT64, 6to4, Teredo), nor the address under which Azure's own services
    /// answer every machine there.
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !SpecialV4.Any(network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address)),
            _ => false,
        };
    }

    /// <summary>
    /// Whether a host in a URL may be one on the internet: a public address, or a name that isn't only known to a machine or a network of
    /// its own.
    /// </summary>
    public static bool IsPublicHost(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        string host;
        try
        {
            host = url.IdnHost;
        }
        catch (UriFormatException)
        {
            // A URL all the same, by .NET's rules; but a name that DNS can't have.
            return false;
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return IsPublic(address);
        var name = host.TrimEnd('.');
        return name.Contains('.', StringComparison.Ordinal)
            && !LocalNames.Any(local => name.EndsWith(local, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Names that DNS doesn't give to anybody (IANA's special-use domain names, and what networks use within themselves).
    /// </summary>
    private static readonly string[] LocalNames =
    [
        ".localhost",
        ".local",
        ".internal",
        ".home.arpa",
        ".localdomain",
        ".lan",
        ".intranet",
        ".corp",
        ".home",
        ".test",
        ".example",
        ".invalid",
        ".onion",
    ];

    // 168.63.129.16 is Azure's platform (DNS, health, the host agent); the three ranges for AS112 and AMT are anycast services of the
    // network itself.
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>
    /// All that is given out so far. Outside of it lie loopback, NAT64, discard-only, SRv6, unique-local, link-local and multicast
    /// addresses.
    /// </summary>
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    // Protocol assignments with Teredo, documentation, 6to4, and AS112.
    private static readonly IPNetwork[] SpecialV6 =
    [
        .. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(text => IPNetwork.Parse(text)),
    ];
}

/// <summary>A webhook's address is one that we don't send to.</summary>
public sealed class ForbiddenTargetException(string message) : IOException(message);

/// <summary>Settings under <c>ServerlessDrives:Webhooks</c>.</summary>
public sealed class EventOptions
{
    /// <summary>Also plain HTTP and private addresses: for one machine and tests, never for the cloud.</summary>
    public bool AllowPrivateTargets { get; set; }
}
