using System.Diagnostics;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>Debian's rclone on the same bucket (<c>apt-get install rclone</c>).</summary>
internal sealed class Rclone : IAsyncDisposable
{
    private readonly Process _server;

    private static readonly string[] Streams =
    [
        "--multi-thread-streams", "8", "--multi-thread-cutoff", "8M", "--s3-upload-concurrency", "8", "--s3-chunk-size", "16M",
        "--ignore-checksum", "--no-check-dest",
    ];

    private Rclone(Process server, Uri address) => (_server, Address) = (server, address);

    public static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "rclone")));

    public Uri Address { get; }

    /// <summary><c>rclone serve http</c> on a free port.</summary>
    public static async Task<Rclone> ServeAsync(AwsAdministrator administrator)
    {
        using var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        var port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var server = Process.Start(
            Command(
                administrator,
                "serve",
                "http",
                $"sandbox:{BenchmarkDrive.Bucket}/{BenchmarkDrive.Folder}",
                "--addr",
                $"127.0.0.1:{port}",
                "--read-only")
        )!;
        var rclone = new Rclone(server, new Uri($"http://127.0.0.1:{port}/"));
        using var http = new HttpClient();
        for (var until = DateTime.UtcNow.AddSeconds(30); DateTime.UtcNow < until; await Task.Delay(100))
        {
            try
            {
                using var answer = await http.GetAsync(rclone.Address);
                return rclone;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }
        }

        await rclone.DisposeAsync();
        throw new InvalidOperationException("rclone serve http doesn't come up.");
    }

    /// <summary><c>rclone copyto</c> from the bucket, to a file that is deleted then; eight streams at once.</summary>
    public static async Task ReadAsync(AwsAdministrator administrator, string name)
    {
        var to = Path.GetTempFileName();
        try
        {
            await RunAsync(Command(administrator, [.. Streams, "copyto", Remote(name), to]));
        }
        finally
        {
            File.Delete(to);
        }
    }

    /// <summary><c>rclone copyto</c> into the bucket; eight streams at once.</summary>
    public static Task CopyAsync(AwsAdministrator administrator, string file, string name) =>
        RunAsync(Command(administrator, [.. Streams, "copyto", file, Remote(name)]));

    /// <summary><c>rclone rcat</c>: a file from standard input.</summary>
    public static async Task WriteAsync(AwsAdministrator administrator, string name, Func<Stream, Task> write)
    {
        var start = Command(administrator, "rcat", Remote(name));
        start.RedirectStandardInput = true;
        await RunAsync(
            start,
            async process =>
            {
                await write(process.StandardInput.BaseStream);
                process.StandardInput.Close();
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited)
            _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    private static string Remote(string name) => $"sandbox:{BenchmarkDrive.Bucket}/{BenchmarkDrive.Folder}/{name}";

    private static async Task RunAsync(ProcessStartInfo start, Func<Process, Task>? feed = null)
    {
        using var process = Process.Start(start)!;
        if (feed is not null)
            await feed(process);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"rclone ended with {process.ExitCode}.");
    }

    private static ProcessStartInfo Command(AwsAdministrator administrator, params string[] arguments)
    {
        // The one ACL that a bucket takes whose ACLs are off, as those of new buckets are.
        var start = new ProcessStartInfo("rclone", [.. arguments, "--s3-acl", "bucket-owner-full-control"]);
        var environment = administrator.CommandLineEnvironment();
        start.Environment["RCLONE_CONFIG"] = "/dev/null";
        // rclone can't use one with its own transport, and the sandbox needs none.
        start.Environment.Remove("AWS_CA_BUNDLE");
        // It would try to make the bucket first.
        start.Environment["RCLONE_CONFIG_SANDBOX_NO_CHECK_BUCKET"] = "true";
        start.Environment["RCLONE_CONFIG_SANDBOX_TYPE"] = "s3";
        start.Environment["RCLONE_CONFIG_SANDBOX_PROVIDER"] = "Other";
        start.Environment["RCLONE_CONFIG_SANDBOX_ENDPOINT"] = environment["AWS_ENDPOINT_URL"];
        start.Environment["RCLONE_CONFIG_SANDBOX_ACCESS_KEY_ID"] = environment["AWS_ACCESS_KEY_ID"];
        start.Environment["RCLONE_CONFIG_SANDBOX_SECRET_ACCESS_KEY"] = environment["AWS_SECRET_ACCESS_KEY"];
        start.Environment["RCLONE_CONFIG_SANDBOX_REGION"] = "us-east-1";
        return start;
    }
}
