using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Events;

/// <summary>Connects to public addresses only, and to the very address that was looked at: a name that resolves otherwise a moment later gains nothing.</summary>
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

    /// <summary>Whether an address is reachable from the whole internet, by the IANA special-purpose registries.</summary>
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

    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    // Documentation, 6to4 and Teredo: the last two hide an IPv4 address of any kind.
    private static readonly IPNetwork[] SpecialV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(text => IPNetwork.Parse(text))];
}

/// <summary>A webhook's address is one that we don't send to.</summary>
public sealed class ForbiddenTargetException(string message) : IOException(message);

/// <summary>Settings under <c>ServerlessDrives:Webhooks</c>.</summary>
public sealed class EventOptions
{
    /// <summary>Also plain HTTP and private addresses: for one machine and tests, never for the cloud.</summary>
    public bool AllowPrivateTargets { get; set; }
}
