using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded.Cloud;

namespace ServerlessDrives.Embedded;

/// <summary>What the command line says of this run: <c>[demo] [--port N] [--data DIR] [--reset] [--sandbox-tls]</c>.</summary>
/// <param name="Port">Where the app listens on 127.0.0.1; never 0 once parsed.</param>
/// <param name="PortIsFree">Whether the port was picked (<c>--port 0</c>), and so the other servers' ports have to be picked too.</param>
/// <param name="DataFolder">Everything that is kept between runs.</param>
/// <param name="Reset">Whether to begin with an empty data folder.</param>
/// <param name="Demo">Whether to play the guided run and end.</param>
public sealed record EmbeddedOptions(int Port, bool PortIsFree, string DataFolder, bool Reset, bool Demo)
{
    /// <summary>Whether the app calls the AWS sandbox over TLS (<c>--sandbox-tls</c>); others can use either address at any time.</summary>
    public bool SandboxTls { get; init; }

    private const int DefaultPort = 7071;
    private const string Usage = "Usage: dotnet run --project functions -- [demo] [--port N] [--data DIR] [--reset] [--sandbox-tls]";

    /// <exception cref="StartRefusedException">An option is unknown or has a bad value.</exception>
    public static EmbeddedOptions Parse(IReadOnlyList<string> args, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configuration);
        string? port = configuration["PORT"], data = null;
        var (reset, demo, tls) = (false, false, false);
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "demo":
                    demo = true;
                    break;
                case "--sandbox-tls":
                    tls = true;
                    break;
                case "--reset":
                    reset = true;
                    break;
                case "--port":
                    port = Next(args, ref i);
                    break;
                case "--data":
                    data = Next(args, ref i);
                    break;
                default:
                    throw new StartRefusedException($"'{args[i]}' is not an option. {Usage}");
            }
        }

        // The demo keeps out of the way of an app that runs already, and always begins with nothing.
        if (demo && data is null)
            (data, reset) = (Path.Combine(DefaultDataFolder(), "demo"), true);
        var number = demo ? 0 : DefaultPort;
        if (
            port is not null
            && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= IPEndPoint.MaxPort))
            throw new StartRefusedException($"PORT is '{port}'; a number from 0 (any free port) to {IPEndPoint.MaxPort} was expected.");
        return new(number == 0 ? FreePort.Take(1)[0] : number, number == 0, Path.GetFullPath(data ?? DefaultDataFolder()), reset, demo)
        {
            SandboxTls = tls,
        };
    }

    private static string Next(IReadOnlyList<string> args, ref int i) =>
        ++i < args.Count ? args[i] : throw new StartRefusedException($"'{args[i - 1]}' needs a value. {Usage}");

    /// <summary><c>.data</c> beside the solution that the app was built from, or in the current folder.</summary>
    private static string DefaultDataFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("ServerlessDrives.sln").Any())
                return Path.Combine(folder.FullName, ".data");
        }

        return Path.Combine(Environment.CurrentDirectory, ".data");
    }
}
