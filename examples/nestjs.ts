import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { toNodeListener } from 'monerium-connect/node';
import { handle } from './handler.js';

@Module({})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
app.use('/api/monerium', toNodeListener(handle)); // Nest's body parser may stay on
await app.listen(Number(process.env.PORT));
