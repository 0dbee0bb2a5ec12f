using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>
/// Free TCP ports of the loopback address. A process claims a block of ports by listening on its first port, and hands out each other port
/// of the block once, so no two callers of <see cref="Take"/>, in this process or another, get the same port.
/// </summary>
internal static class FreePort
{
    /// <summary>What to do about a port that somebody else has.</summary>
    public const string ChooseAnother = "Choose another port with --port or PORT; 0 picks a free one.";

    /// <summary>
    /// Linux gives ports from this one on to outgoing connections, which could take a port after we pick it and before we listen on it.
    /// </summary>
    private const int Ephemeral = 32768;
    private const int Lowest = 15008;
    private const int BlockSize = 32;

    private static readonly Lock Picking = new();
    private static readonly List<TcpListener> Claims = [];
    private static readonly Queue<int> Unused = [];

    /// <summary>As many different free ports as asked for.</summary>
    public static int[] Take(int count)
    {
        lock (Picking)
        {
            var taken = new List<int>(count);
            while (taken.Count < count)
            {
                if (!Unused.TryDequeue(out var port))
                    ClaimBlock();
                else if (WhyNot(port) is null)
                    taken.Add(port);
            }

            return [.. taken];
        }
    }

    /// <exception cref="StartRefusedException">Somebody listens on the port.</exception>
    public static void Require(int port)
    {
        if (WhyNot(port) is SocketError.AddressAlreadyInUse)
            throw new StartRefusedException($"http://127.0.0.1:{port}: address already in use. {ChooseAnother}");
    }

    /// <summary>The preferred port if it is free, else any that is.</summary>
    public static int TakePreferably(int preferred) =>
        preferred is > 0 and <= IPEndPoint.MaxPort && WhyNot(preferred) is null ? preferred : Take(1)[0];

    /// <summary>Tries one block; most are free.</summary>
    private static void ClaimBlock()
    {
        var first = Lowest + (BlockSize * Random.Shared.Next((Ephemeral - Lowest) / BlockSize));
        var claim = new TcpListener(IPAddress.Loopback, first);
        try
        {
            claim.Start();
        }
        catch (SocketException)
        {
            claim.Dispose();
            return;
        }

        Claims.Add(claim);
        for (var port = first + 1; port < first + BlockSize; port++)
            Unused.Enqueue(port);
    }

    /// <returns>Null for a port that can be listened on.</returns>
    private static SocketError? WhyNot(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException taken)
        {
            return taken.SocketErrorCode;
        }
    }
}
